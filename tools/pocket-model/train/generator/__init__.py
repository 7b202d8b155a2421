"""Writes log lines of many programs and formats, each with its label."""
