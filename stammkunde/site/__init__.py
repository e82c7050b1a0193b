"""The static pages: what the published marts say, readable without a server or a network."""

from stammkunde.site.page import build_site
from stammkunde.site.summary import SiteError

__all__ = ["SiteError", "build_site"]
