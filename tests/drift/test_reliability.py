"""The page of what is promised is made of the tables that the tests try."""

from tests.reliability.page import COMMAND, PAGE, page


def test_page_is_what_the_tables_give():
    assert PAGE.read_text(encoding="utf-8") == page(), f"run `{COMMAND}`"
