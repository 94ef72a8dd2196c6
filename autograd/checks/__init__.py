"""Checks of derivatives: by finite differences, and against a derivation by hand."""
