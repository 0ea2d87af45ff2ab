package dev.trilobit.model.hub;

import java.util.regex.Pattern;

/**
 * A repository of models: {@code owner/name}. The rules are those of huggingface_hub's {@code
 * validate_repo_id}.
 */
public record HubRepository(String owner, String name) {
    private static final Pattern PART =
            Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final int LONGEST = 96;

    public HubRepository {
        String whole = owner + "/" + name;
        if (!isPart(owner) || !isPart(name) || whole.length() > LONGEST || name.endsWith(".git")) {
            throw new IllegalArgumentException(
                    "'%s' is no repository: expected OWNER/NAME of letters, digits, '-', '_' and '.'"
                            .formatted(whole));
        }
    }

    private static boolean isPart(String text) {
        return PART.matcher(text).matches() && !text.contains("--") && !text.contains("..");
    }

    /** Returns the name of its folder in the cache. */
    String folderName() {
        return "models--" + owner + "--" + name;
    }

    @Override
    public String toString() {
        return owner + "/" + name;
    }
}
