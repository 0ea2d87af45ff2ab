package dev.trilobit.conformance.mutant;

import dev.trilobit.conformance.contract.Check;
import java.util.regex.Pattern;

/** One mistake of a backend, and the checks of a contract that are there to find it. */
enum Fault {
    // Weights as they are read.
    SCALE_ONE_PERCENT_OFF("op", "linear .*", "every scale is 1 % too large"),
    SCALE_INVERTED(
            "op",
            "linear ternary.*",
            "the scale of a whole ternary tensor is taken for its inverse"),
    GROUP_SCALE_SHIFTED("op", "linear .*-g\\d+.*", "group g takes the scale of group g + 1"),
    TRIT_FLIPPED("op", "linear ternary.*", "one code of many of one ternary matrix is another one"),
    BIASES_IGNORED("op", "linear .*affine.*", "affine formats without their biases"),
    BINARY_SIGNS_SWAPPED(
            "op", "linear binary-g.*", "a set bit of a symmetric binary weight means -scale"),
    BLOCK_CENTRE_OFF("op", "linear q[0-9].*", "codes of blocks without a bias are one too large"),
    BLOCK_HALVES_SWAPPED("op", "linear q[456].*", "of a byte of a block the high half comes first"),
    BLOCK_GROUP_SHIFTED(
            "op", "linear q[46]_k.*", "a group takes the scale of the next of its block"),
    BLOCK_MINIMUM_ADDED("op", "linear q4_k.*", "the minimum of a group is added, not subtracted"),
    ROW_QUARTERS_READ_AS_CONSECUTIVE(
            "op", "linear .*row quarters.*", "packed row quarters are read as neighbours"),
    ROTARY_ROWS_INTERLEAVED(
            "model", ".*", "rows of the matrices that feed a rope in interleaved order"),
    PLANE_READ_PAST_ITS_END(
            "op", "linear .*", "one element past the plane is read and multiplied by zero"),
    WEIGHTS_WRITTEN_TO("op", "linear .*", "compiling changes a byte of the caller's weights"),

    // Products.
    ROW_TAIL_SKIPPED("op", "linear .*", "the last cols % 32 columns behind others are ignored"),
    LAST_ROWS_SKIPPED("op", "linear .*", "the last rows % 8 rows behind others stay 0"),
    INT8_ROUNDED_HALF_UP(
            "op", ".*halves round to even", "ties of int8 activations round up instead of to even"),
    INT8_TRUNCATED("op", "linear .*int8.*", "int8 activations are cut instead of rounded"),
    INT8_WITHOUT_FLOOR(
            "op", "linear .*int8.*", "a token of zeros divides by its largest magnitude of 0"),
    INT8_IGNORED("op", "linear .*int8.*", "activations stay float where the program says int8"),
    INT8_RUNS_SHARE_A_FACTOR(
            "op",
            "linear .*int8 activations a group",
            "one factor a token where each run of a weight's groups has its own"),
    INT8_RUN_FACTOR_SHIFTED(
            "op", "linear .*int8 activations a group", "run g takes the factor of run g + 1"),
    INT8_RUN_SUMS_WRAP(
            "op",
            "linear q8_0, int8 activations a group.*",
            "the sum of a run wraps around at 16 bits"),
    PREFILL_SUMS_BACKWARDS(
            "path-invariance",
            "every path .*",
            "steps of several tokens add columns in another order"),

    // Other ops.
    SILU_FOR_RELU_SQUARED("op", "gate, relu squared", "the gate is SiLU where ReLU^2 is asked for"),
    RELU_SQUARED_FOR_SILU("op", "gate, silu", "the gate is ReLU^2 where SiLU is asked for"),
    GATE_AND_UP_SWAPPED("op", "gate, .*", "the gate's function is applied to the other input"),
    SUB_NORM_SKIPPED("model", ".*bitnet.*", "a norm right after attention or gate is left out"),
    NORM_WITHOUT_EPSILON("op", "rms-norm.*", "the norm adds no epsilon"),
    NORM_OVER_WHOLE_WIDTH(
            "op", "rms-norm, each head.*", "the mean square is taken over all heads together"),
    ROPE_POSITION_OFF_BY_ONE("op", "rope, .*", "every rope turns by the next position"),
    ROPE_OF_QUERIES_OFF_BY_ONE("model", ".*", "queries alone are turned by the next position"),
    ROPE_INTERLEAVED("op", "rope, .*", "rope turns neighbours instead of halves"),
    ROPE_SCALING_IGNORED("op", "rope, .*", "rope uses the frequencies as they are"),
    ROPE_MAGNITUDE_IGNORED("op", "rope, yarn", "rope leaves out YaRN's attention factor"),
    HEADS_MAPPED_MODULO("op", "attend, .*", "query head h reads key head h % kvHeads"),
    MASK_SEES_NEXT("op", "attend, .*", "a token attends to the next one of its step"),
    VALUE_WRITTEN_PAST(
            "op",
            "(linear|rms-norm|rope|attend|gate)\\b.*",
            "an op writes past its value into one made before it"),
    VALUE_WRITTEN_PAST_IN_REUSED_MEMORY(
            "op",
            "(linear|rms-norm|rope|attend|gate)\\b.*",
            "an op writes past its value, which lies where another was, into the next"),
    INPUT_OVERWRITTEN(
            "op", "(rms-norm|rope|gate|add)\\b.*", "an op also writes to its first input"),

    // Logits.
    NAN_LOGIT("model", ".*", "one logit of position 3 is NaN"),
    INFINITE_LOGIT("model", ".*", "one logit of position 3 is infinite"),
    LAST_ROW_IS_FIRST(
            "session",
            "last is the last row.*",
            "the logits of the last token are those of the first"),
    LOGITS_TOO_LONG("session", "logits have the promised size.*", "the logits have a row too many"),
    LOGITS_SHARED(
            "session",
            "logits stay unchanged.*",
            "sessions of a program share one buffer for logits"),

    // Sessions.
    TRUNCATED_ROW_ATTENDED(
            "session", "truncat.*", "the first row behind a truncated cache is attended to"),
    TRUNCATE_UNCHECKED(
            "error", "truncating outside.*", "truncating to a position outside is accepted"),
    FORK_SHARES_CACHE("session", "a fork .*", "a fork and its origin write to one cache"),
    FORK_AT_ZERO("session", "a fork .*", "a fork forgets its position"),
    CACHE_SHARED("session", "two sessions .*", "all sessions write to one cache"),
    GREEDY_LARGEST_OF_TIES(
            "session", "of equally likely.*", "of equally likely tokens the largest id wins"),
    GREEDY_IGNORES_STOP("session", "the sink stops.*", "greedy goes on when the sink says stop"),
    GREEDY_APPENDS_LAST(
            "session", "greedy decoding is a loop.*", "greedy appends the last token it hands out"),
    GREEDY_TAKES_NAN(
            "session",
            "greedy decoding refuses logits that are NaN",
            "greedy goes on over logits that are NaN"),
    CONTEXT_UNCHECKED("error", "a step past the context.*", "a full context takes more tokens"),
    VOCABULARY_UNCHECKED("error", "a token outside.*", "a token outside the vocabulary is taken"),
    STEP_SIZE_UNCHECKED(
            "error", "a step of no or too many.*", "a step takes more tokens than was agreed"),
    EMPTY_STEP_ACCEPTED("error", "a step of no or too many.*", "a step without tokens is taken"),
    REFUSED_STEP_MOVES_ON(
            "error", ".*leaves the session as it was", "a refused step moves the position"),

    // Compiling.
    NAN_ACCEPTED("error", ".*spoiled.*", "weights that are NaN are compiled"),
    CODE_THREE_ACCEPTED("error", ".*spoiled.*Ternary.*", "the unused ternary code is compiled"),
    MISSING_WEIGHT_IS_ZERO(
            "error", "every missing weight.*", "a missing weight is taken for zeros"),
    MISMATCH_ACCEPTED(
            "error", "a weight of another.*", "weights that differ from the program are compiled"),
    UNKNOWN_OPTION_ACCEPTED("error", "an unknown option.*", "an unknown backend option is ignored"),

    // Closing.
    CLOSED_SESSION_RUNS("session", "a closed session refuses.*", "a closed session goes on"),
    CLOSED_PROGRAM_OPENS("lifecycle", "a closed program.*", "a closed program opens sessions"),
    PROGRAM_CLOSES_UNDER_SESSIONS(
            "lifecycle",
            "a program with open sessions.*",
            "a program closes while a session is open"),
    SECOND_CLOSE_FAILS(
            "lifecycle",
            "everything can be closed twice",
            "closing a session twice counts it twice"),
    PROGRAM_MEMORY_LEAKED(
            "lifecycle",
            ".*many programs leaks nothing",
            "every compiled program leaves a megabyte behind"),
    SESSION_MEMORY_LEAKED(
            "lifecycle",
            ".*many sessions leaks nothing",
            "every session leaves half a megabyte behind"),
    THREADS_LEAKED(
            "lifecycle",
            ".*many programs leaks nothing",
            "every compiled program leaves a thread behind"),
    BACKEND_THREADS_LEAKED(
            "lifecycle",
            ".*many backends leaks nothing",
            "every opened backend leaves a thread behind"),

    // Threads.
    SCRATCH_SHARED("concurrency", ".*", "sessions of a program share their activations");

    private final String contract;
    private final Pattern checks;
    private final String what;

    Fault(String contract, String checks, String what) {
        this.contract = contract;
        this.checks = Pattern.compile(checks);
        this.what = what;
    }

    /** Returns the name of the contract that must find it. */
    String contract() {
        return contract;
    }

    /** Tells whether a check is one of those that are there to find it. */
    boolean isMeantFor(Check check) {
        return checks.matcher(check.name()).matches();
    }

    /** Returns what is wrong. */
    String what() {
        return what;
    }
}
