"""What MkDocs is told beside ``mkdocs.yml``: pages from elsewhere, what is made, links, the list of decisions."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from handbook import dialect, makers, places

ROOT = makers.ROOT


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    for path, place in places.OUTER.items():
        files.append(File.generated(config, place, content=(ROOT / path).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    place = page.file.src_uri
    page.meta.setdefault("description", dialect.description(markdown))
    text = places.relinked(markdown, place, lambda path: (ROOT / path).exists())
    return dialect.spaced(makers.fill(text))


__all__ = ["on_files", "on_page_markdown"]
