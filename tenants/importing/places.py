"""Finding the division that a row names: by its code, or by the names of its county, street and community."""

import re
from dataclasses import dataclass, field

from tenants import division
from tenants.errors import Code, DomainError
from tenants.scope import Scope

# 铁西社区, 铁西居委会 and 铁西社区居民委员会 are one and the same, and so are 中心街街道 and 中心街街道办事处.
_ENDING = re.compile(r"(社区)?(居民委员会|居委会|村民委员会|村委会|社区|村)$|(街道)?(办事处|街道办|街道)$")


@dataclass(slots=True)
class Places:
    """The divisions that the rows of one import name. Names are looked for in the company's city first."""

    scope: Scope
    city: str
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    async def path(self, code: str, county: str, street: str, community: str) -> str:
        """The path of the lowest division given. Raises a DomainError for `division`."""
        given = (code, county, street, community)
        if given not in self._known:
            if code:
                self._known[given] = (await division.by_code(self.scope, code, "division")).path
            else:
                self._known[given] = await self._by_name(county, street, community)
        return self._known[given]

    async def _by_name(self, county: str, street: str, community: str) -> str:
        names = [name for name in (county, street, community) if name]
        lowest = names[-1]
        rows = await self.scope.connection.fetch(
            """
            SELECT d.path, d.name, array(
                SELECT above.name FROM division above WHERE d.path ^@ above.path AND above.path <> d.path
            ) AS above
            FROM division d
            WHERE d.valid_to IS NULL AND d.level IN ('STREET', 'COMMUNITY') AND d.name ^@ $1 AND d.path ^@ $2
            """,
            stem(lowest),
            self.city[:2],
        )
        found: dict[str, str] = {
            row["path"]: row["name"]
            for row in rows
            if stem(row["name"]) == stem(lowest)
            and all(stem(name) in {stem(above) for above in row["above"]} for name in names[:-1])
        }
        exact = [path for path, name in found.items() if name == lowest]
        here = [path for path in found if path.startswith(self.city)]
        for narrowed in ([path for path in exact if path in here], here, exact, list(found)):
            if len(narrowed) == 1:
                return narrowed[0]
            if narrowed:
                break
        if not found:
            raise DomainError(
                Code.DIVISION_NAME_UNKNOWN, "division", value=lowest, place="".join(names[:-1]) or self.city
            )
        shown = [f"{name}（{path}）" for path, name in sorted(found.items())[:5]]
        raise DomainError(Code.DIVISION_NAME_AMBIGUOUS, "division", value=lowest, found="、".join(shown))


def stem(name: str) -> str:
    """A division's name without the word for what it is."""
    return _ENDING.sub("", name) or name
