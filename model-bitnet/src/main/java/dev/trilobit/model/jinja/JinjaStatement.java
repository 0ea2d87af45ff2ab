package dev.trilobit.model.jinja;

import java.util.List;

/** The syntax tree of statements. */
sealed interface JinjaStatement {
    /** Text outside of tags. */
    record Data(String text) implements JinjaStatement {}

    /** {@code {{ expression }}}. */
    record Output(JinjaExpression expression, int line) implements JinjaStatement {}

    /** {@code if}, with an {@code elif} as an {@code If} in {@code otherwise}. */
    record If(
            JinjaExpression condition,
            List<JinjaStatement> then,
            List<JinjaStatement> otherwise,
            int line)
            implements JinjaStatement {}

    /** {@code for targets in iterable if filter}; {@code otherwise} when there was no item. */
    record For(Header header, List<JinjaStatement> body, List<JinjaStatement> otherwise, int line)
            implements JinjaStatement {}

    /** The head of a {@code for}; a missing filter is the constant true. */
    record Header(Target target, JinjaExpression iterable, JinjaExpression filter) {}

    /** {@code set target = value}. */
    record Assign(Target target, JinjaExpression value, int line) implements JinjaStatement {}

    /** {@code set target | filters} … {@code endset}. */
    record AssignBlock(Target target, List<FilterStep> filters, List<JinjaStatement> body, int line)
            implements JinjaStatement {}

    /** {@code filter name} … {@code endfilter}. */
    record FilterBlock(List<FilterStep> filters, List<JinjaStatement> body, int line)
            implements JinjaStatement {}

    /** {@code with a = 1} … {@code endwith}. */
    record With(List<Assign> assignments, List<JinjaStatement> body) implements JinjaStatement {}

    /** {@code macro name(parameters)} … {@code endmacro}. */
    record Macro(String name, List<Parameter> parameters, List<JinjaStatement> body, int line)
            implements JinjaStatement {}

    /** {@code call(parameters) macro(…)} … {@code endcall}. */
    record CallBlock(JinjaExpression.Call call, Macro caller) implements JinjaStatement {}

    /** {@code generation} … {@code endgeneration} of transformers: marks, writes nothing. */
    record Block(List<JinjaStatement> body) implements JinjaStatement {}

    /** {@code break}. */
    record Break(int line) implements JinjaStatement {}

    /** {@code continue}. */
    record Continue(int line) implements JinjaStatement {}

    /** A parameter of a macro; without a default, an absent argument is undefined. */
    record Parameter(String name, JinjaExpression otherwise) {}

    /** One filter of a block. */
    record FilterStep(String name, JinjaExpression.Arguments arguments) {}

    /** What an assignment sets. */
    sealed interface Target {}

    /** One or, for unpacking, several variables. */
    record Names(List<String> names, boolean unpack) implements Target {}

    /** {@code namespace.attribute}. */
    record Member(String namespace, String attribute) implements Target {}
}
