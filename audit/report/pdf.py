"""The report as PDF/A-3b, its fonts embedded."""

from __future__ import annotations

import logging
import subprocess

FONT = "Noto Sans CJK JP"
VARIANT = "pdf/a-3b"


class NoFont(Exception):
    """The font that both languages are set in is not there: another one would give another file everywhere."""

    exit_code, code = 1, "no-font"
    hint = "run script/setup, which installs fonts-noto-cjk"


def render(page: str) -> bytes:
    """The PDF of a page; the same page gives the same bytes. Raises NoFont."""
    _font()
    from weasyprint import HTML

    logging.getLogger("weasyprint").setLevel(
        logging.ERROR
    )  # it would tell of CSS that a screen needs and paper does not
    document = HTML(string=page, url_fetcher=_nothing).write_pdf(pdf_variant=VARIANT)
    assert isinstance(document, bytes), "without a target the PDF itself comes back"
    return document


def _nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"the report asks for nothing from elsewhere, but for {url}")


def _font() -> None:
    try:
        found = subprocess.run(["fc-list", FONT, "family"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        raise NoFont("there is no fc-list here, hence no fonts") from None
    if not found.strip():
        raise NoFont(f"the font {FONT} is not there")
