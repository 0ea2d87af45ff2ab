/**
 * The part of Jinja2 that chat templates use: {@link dev.trilobit.model.jinja.JinjaTemplate} parses
 * and renders {@link dev.trilobit.model.jinja.JinjaValue values} to {@link
 * dev.trilobit.model.jinja.JinjaText text} that knows which of its characters users wrote.
 *
 * <p>It knows neither tokens nor models, and this module keeps it to itself.
 */
package dev.trilobit.model.jinja;
