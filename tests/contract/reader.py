"""A citizen with a browser, as plain HTTP: cookies, forms, and the text of pages."""

import html
import http.cookies
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from .portal import Answer, Portal


@dataclass
class Reader:
    portal: Portal
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def get(self, path: str) -> Answer:
        """Follow redirects and remember cookies."""
        return self._go("GET", path, None)

    def post(self, path: str, /, **fields: str) -> Answer:
        if "simulator_csrf" not in self.cookies:
            self.get(path)
        body = urlencode({"csrfmiddlewaretoken": self.cookies.get("simulator_csrf", ""), **fields})
        return self._go("POST", path, body.encode())

    def _go(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self.portal.request(method, path, body, headers)
        for name, morsel in http.cookies.SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        self.address = path
        return self._go("GET", answer.headers["location"], None) if answer.status == 302 else answer


def text_of(answer: Answer) -> str:
    """What a person reads on the page, blanks collapsed."""
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", answer.body.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
