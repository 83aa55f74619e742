"""Where a page of a web site leads. The rules are data: ``[portals.NAME.pages]``. Pure."""

from cordpair.config.model import PageRule, Portal


def rule_for(portal: Portal, page: str) -> PageRule | None:
    """The rule of the page itself, else of the longest beginning with ``*``. The query of a page does not count
    unless a rule names it."""
    for asked in (page, page.partition("?")[0].partition("#")[0]):
        exact = portal.pages.get(asked)
        if exact is not None:
            return exact
    fitting = [name for name in portal.pages if name.endswith("*") and page.startswith(name[:-1])]
    return portal.pages[max(fitting, key=len)] if fitting else None


__all__ = ["rule_for"]
