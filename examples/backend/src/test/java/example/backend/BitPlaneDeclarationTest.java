package example.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.conformance.contract.Subject;
import org.junit.jupiter.api.Test;

class BitPlaneDeclarationTest {
    @Test
    void suiteHoldsTheBackendToWhatItDeclares() {
        assertEquals(new BitPlaneDeclaration().budget(), Subject.named("bitplane").budget());
    }
}
