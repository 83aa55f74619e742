"""An address as a QR code: for a page, and for a terminal."""

import io

import segno

QUIET = 4  # modules around it, as the standard wants


def qr_image(text: str) -> str:
    """An image, as a ``data:`` URI of SVG; black on white whatever the page looks like."""
    return segno.make_qr(text, error="m").svg_data_uri(border=QUIET, light="white", scale=4)


def qr_text(text: str) -> str:
    """For a terminal, in half blocks."""
    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(out=drawn, border=QUIET, compact=True)
    return drawn.getvalue()


__all__ = ["qr_image", "qr_text"]
