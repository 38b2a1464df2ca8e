"""The schemes that ship with the software, by name: published ones, and where a source says nothing, our choice."""

from importlib import resources

from tenants.scheme.document import Document
from tenants.scheme.reading import read


def names() -> list[str]:
    """What there is, such as `jinan-quality`."""
    folder = resources.files("infra.data") / "schemes"
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def text_of(name: str) -> str:
    """The text of one of them."""
    return (resources.files("infra.data") / "schemes" / f"{name}.yaml").read_text(encoding="utf-8")


def shipped(name: str) -> Document:
    """One of them as a document."""
    return read(text_of(name))
