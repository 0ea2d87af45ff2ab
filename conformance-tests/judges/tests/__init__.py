"""The referee judged by itself, before it judges others."""
