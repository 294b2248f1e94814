"""Proxies as people have them: on desktops, in VPN apps, in links of Telegram."""

import httpx
import httpx2
import pytest

from bot.proxies import proxy_url, settle_inherited


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ""),
        ("  ", ""),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTP://Proxy.Example:8080/", "http://Proxy.Example:8080"),
        ("socks5://u:p%40ss@127.0.0.1:1080", "socks5://u:p%40ss@127.0.0.1:1080"),
        ("socks5h://[::1]:1080/", "socks5h://[::1]:1080"),
        ("socks://127.0.0.1:1080/", "socks5://127.0.0.1:1080"),
        ("SOCKS://127.0.0.1:1080\n", "socks5://127.0.0.1:1080"),
        ("https://t.me/socks?server=1.2.3.4&port=1080", "socks5://1.2.3.4:1080"),
        ("tg://socks?server=a.b&port=9&user=u&pass=p%40s", "socks5://u:p%40s@a.b:9"),
    ],
)
def test_good_proxies(value: str, expected: str):
    """As both HTTP clients take them."""
    assert proxy_url(value) == expected
    if expected:
        httpx.AsyncClient(proxy=expected)
        httpx2.AsyncClient(proxy=expected)


@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1:1080",
        "localhost:1080",
        "socks4://127.0.0.1:1080",
        "socks5://",
        "socks5://:1080",
        "http://host:99999",
        "http://host:0",
        "http://host/pac.js",
        "http://host:80?x=1",
        "ftp://host:21",
        "http://ho\x00st:80",
        "tg://proxy?server=1.2.3.4&port=443&secret=ee00",
        "https://t.me/proxy?server=1.2.3.4&port=443&secret=ee00",
        "https://t.me/socks?port=1080",
        "vless://uuid@host:443?type=tcp#имя",
        "vmess://eyJhZGQiOiIxIn0=",
        "ss://YWVz@1.2.3.4:8388",
        "проксик",
        "socks5://u:geheim@host:port",
    ],
)
def test_bad_proxies(value: str):
    """The sentence says what would be right, and does not quote the value."""
    with pytest.raises(ValueError, match="must be an http, https or socks5 proxy") as caught:
        proxy_url(value)

    assert "geheim" not in str(caught.value)


def test_links_are_named_for_what_they_are():
    for link in (
        "https://t.me/proxy?server=1&port=4&secret=e",
        "vless://u@h:443",
        "tg://proxy?a=b",
    ):
        with pytest.raises(ValueError, match="MTProto or VPN apps"):
            proxy_url(link)


def test_inherited_proxies_become_usable():
    """`socks://` of a desktop, and an address without a scheme, which clients take for HTTP."""
    environment = {"ALL_PROXY": "socks://127.0.0.1:1080/", "http_proxy": "10.0.0.1:3128", "X": "y"}

    assert settle_inherited(environment) == {}
    assert environment == {
        "ALL_PROXY": "socks5://127.0.0.1:1080",
        "http_proxy": "http://10.0.0.1:3128",
        "X": "y",
    }


def test_inherited_proxies_that_nobody_can_use_are_named():
    environment = {
        "all_proxy": "socks4://1.2.3.4:1",
        "HTTPS_PROXY": "tg://proxy?x",
        "HTTP_PROXY": "",
    }

    problems = settle_inherited(environment)

    assert list(problems) == ["all_proxy", "HTTPS_PROXY"]
    assert all("TELEGRAM_PROXY" in problem for problem in problems.values())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("localhost,127.0.0.1,::1", "localhost,127.0.0.1,::1"),
        ("[::1],.local", "::1,.local"),
        ("10.0.0.0/8,::1/128,fe80::/10", "10.0.0.0/8,::1,fe80::"),
        ("[fe80::1]:8080", "fe80::1"),
    ],
)
def test_inherited_exceptions_do_not_break_the_client(
    value: str, expected: str, monkeypatch: pytest.MonkeyPatch
):
    environment = {"NO_PROXY": value}

    settle_inherited(environment)

    assert environment["NO_PROXY"] == expected
    monkeypatch.setenv("NO_PROXY", expected)
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    httpx.AsyncClient()
    httpx2.AsyncClient()
