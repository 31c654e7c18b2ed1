"""What docs/what-happens-when.md promises is tested where it says."""

import ast
import re

from conftest import ROOT

PAGE = ROOT / "docs/what-happens-when.md"
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#(\w+))?\)")


def test_every_cell_leads_to_its_test():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    assert len(rows) > 70
    for row in rows:
        cells = row.split(" | ")
        if cells[0] in ("| input", "| when"):
            continue
        assert LINK.search(cells[1]), row
    links = LINK.findall(PAGE.read_text())
    for path, name in links:
        target = (PAGE.parent / path).resolve()
        assert target.exists(), path
        if name:
            tests = [node.name for node in ast.parse(target.read_text()).body if isinstance(node, ast.FunctionDef)]
            assert name in tests, f"{path} has no {name}"


def test_every_case_has_its_place_in_the_page():
    """What the bytes are for can be looked up."""
    linked = {path.split("/")[3] for path, _ in LINK.findall(PAGE.read_text()) if path.startswith("../Tests/cases/")}
    # What the schemas say, and not the wire.
    others = {"endpoint-is-none", "request-id-is-none"}
    assert {p.parent.name for p in (ROOT / "Tests/cases").glob("*/input")} - linked == others
