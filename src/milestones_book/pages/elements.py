"""HTML elements as document nodes, so that their children are parsed, translated and indexed."""

from docutils import nodes
from sphinx.application import Sphinx

VOID_TAGS = ("input",)


class Html(nodes.General, nodes.Element):
    """An HTML element with docutils children; other writers see the children alone."""


class HtmlText(nodes.General, nodes.TextElement):
    """An HTML element that holds running text, such as a summary."""


def html(tag: str, classes: str, *children: nodes.Node, **attributes: str) -> Html:
    """Make an element; attributes are given without their quotes."""
    return Html("", *children, tag=tag, attributes={"class": classes, **attributes})


def visit_html(writer: nodes.NodeVisitor, node: Html) -> None:
    """Write the opening tag."""
    attributes = {name: value for name, value in node.get("attributes", {}).items() if value}
    classes = attributes.pop("class", "")
    writer.body.append(writer.starttag(node, node["tag"], "", CLASS=classes, **attributes))


def depart_html(writer: nodes.NodeVisitor, node: Html) -> None:
    """Write the closing tag."""
    if node["tag"] not in VOID_TAGS:
        writer.body.append(f"</{node['tag']}>\n")


def pass_over(writer: nodes.NodeVisitor, node: nodes.Node) -> None:
    """Leave the children to a writer that is not HTML."""


def setup(app: Sphinx) -> None:
    """Teach the writers both nodes."""
    plain = (pass_over, pass_over)
    for node in (Html, HtmlText):
        app.add_node(node, html=(visit_html, depart_html), latex=plain, text=plain)
