"""Compares the logits that different programs compute from the same files and token ids."""
