"""Limits: one curve, the planes it lives in, the conversions between them, and its formats."""
