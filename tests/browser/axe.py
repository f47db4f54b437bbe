"""axe-core on a page: every rule, on everything; what it finds is a line each."""

from tests.browser.server import ROOT

SCRIPT = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`));
}"""
# What is in the widgets of this Streamlit and has no setting: the rule, the element, and why it does no harm.
STREAMLIT = "1.67"
STREAMLITS_OWN = (
    (
        "presentation-role-conflict",
        'data-testid="stFileUploaderDropzone"',
        "where one drops a file has both role=presentation and a label; the button in it has a name of its own",
    ),
)


def find_violations(page):
    """What axe-core finds on the page as it is now, in components as well, but for what is Streamlit's own."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT.read_text())
    found = page.evaluate(RUN)
    return [
        line for line in found if not any(line.startswith(rule) and part in line for rule, part, _ in STREAMLITS_OWN)
    ]
