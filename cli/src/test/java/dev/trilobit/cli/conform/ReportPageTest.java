package dev.trilobit.cli.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ReportPageTest {
    private static final Pattern DATA =
            Pattern.compile(
                    "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

    private static String json() {
        return JsonMapper.shared().writeValueAsString(ReportJson.object(SampleReport.report()));
    }

    private final String page = ReportPage.html(json());

    @Test
    void dataCanBeReadBackWhateverTheFindingsSay() {
        Matcher data = DATA.matcher(page);
        assertTrue(data.find());
        assertEquals(
                JsonMapper.shared().readTree(json()), JsonMapper.shared().readTree(data.group(1)));
    }

    @Test
    void findingsCannotEndTheScript() {
        assertFalse(page.contains("</script><!--"));
        assertEquals(3, page.split("</script>", -1).length - 1);
    }

    @Test
    void licenceOfTheLibraryInThePageIsInThePage() {
        assertTrue(page.contains("Permission to use, copy, modify, and/or distribute"), "ISC");
        assertTrue(page.contains("Mike Bostock"));
    }

    @Test
    void pageAsksForNothingFromAnywhere() {
        assertTrue(page.contains("default-src 'none'"));
        assertFalse(page.contains("<link rel=\"stylesheet\""));
        assertFalse(page.contains(" src=\""));
    }
}
