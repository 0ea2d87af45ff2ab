package dev.trilobit.conformance.junit;

import dev.trilobit.conformance.behavior.ConcurrencyContract;
import dev.trilobit.conformance.behavior.ErrorContract;
import dev.trilobit.conformance.behavior.LifecycleContract;
import dev.trilobit.conformance.behavior.PathInvarianceContract;
import dev.trilobit.conformance.behavior.ProviderContract;
import dev.trilobit.conformance.behavior.SessionContract;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.model.ModelCase;
import dev.trilobit.conformance.model.ModelContract;
import dev.trilobit.conformance.op.OpContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/**
 * All contracts on one provider: a backend's tests extend this and say which.
 *
 * <pre>{@code
 * class MyBackendConformanceTest extends BackendConformance {
 *     @Override
 *     protected Subject subject() {
 *         return Subject.named("my-backend");
 *     }
 * }
 * }</pre>
 */
public abstract class BackendConformance {
    /** Called by subclasses. */
    protected BackendConformance() {}

    /** Returns the provider that must keep the contracts. */
    protected abstract Subject subject();

    /** Tells whether the tests fail where the provider is not available; true unless overridden. */
    protected boolean required() {
        return true;
    }

    /**
     * Returns models to try besides the suite's random ones; none unless overridden. They stay open
     * while the tests run.
     */
    protected List<ModelCase> models() {
        return List.of();
    }

    /** One contract on the provider of the class around it. */
    abstract class Part extends ContractTest {
        Part(Contract contract) {
            super(contract);
        }

        @Override
        protected Subject subject() {
            return BackendConformance.this.subject();
        }

        @Override
        protected boolean required() {
            return BackendConformance.this.required();
        }
    }

    @Nested
    class ProviderPart extends Part {
        ProviderPart() {
            super(new ProviderContract());
        }
    }

    @Nested
    class OpPart extends Part {
        OpPart() {
            super(new OpContract());
        }
    }

    @Nested
    class SessionPart extends Part {
        SessionPart() {
            super(new SessionContract());
        }
    }

    @Nested
    class PathInvariancePart extends Part {
        PathInvariancePart() {
            super(new PathInvarianceContract());
        }
    }

    @Nested
    class ModelPart extends Part {
        ModelPart() {
            super(ModelContract.random().with(models()));
        }
    }

    @Nested
    class ErrorPart extends Part {
        ErrorPart() {
            super(new ErrorContract());
        }
    }

    @Nested
    class LifecyclePart extends Part {
        LifecyclePart() {
            super(new LifecycleContract());
        }
    }

    @Nested
    class ConcurrencyPart extends Part {
        ConcurrencyPart() {
            super(new ConcurrencyContract());
        }
    }
}
