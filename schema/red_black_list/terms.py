"""The enums of red and black lists in the contract, each value with its description and Chinese term."""

from schema.terms import Subject, contract_enum
from tenants.red_black_list.tables import Colour, EntryOutcome, EntryState, ListState

contract_enum(
    Colour,
    "Whether a list praises or warns (榜单类别).",
    {Colour.RED: "It praises (红榜).", Colour.BLACK: "It warns (黑榜)."},
    name="RedBlackColour",
)
contract_enum(
    ListState,
    "Where a red or black list stands (榜单状态); one whose last day has passed is shown to nobody but audit.",
    {
        ListState.PREPARED: "Being prepared (拟定中).",
        ListState.PUBLICITY: "Publicised; it may be objected to (公示中).",
        ListState.OBJECTION_HANDLED: "The publicity is over and every objection decided (异议已处理).",
        ListState.PUBLISHED: "Published (已公布).",
        ListState.SUPERSEDED: "A later edition took its place (已被新版替代).",
        ListState.WITHDRAWN: "Taken back (已撤下).",
    },
    name="RedBlackListState",
)
contract_enum(
    EntryState,
    "Where an entry of a list stands (榜单条目状态).",
    {
        EntryState.DRAFT: "Being prepared (拟列入).",
        EntryState.LISTED: "Publicised, or published with its list (已列入).",
        EntryState.REMOVED: "Removed before the list was published (已移出).",
        EntryState.WITHDRAWN: "Taken off a list that was publicised or published (已撤下).",
    },
    name="RedBlackEntryState",
)
contract_enum(
    EntryOutcome,
    "What became of an objection to an entry (榜单异议处理结果).",
    {
        EntryOutcome.KEPT: "The entry stays (维持).",
        EntryOutcome.AMENDED: "It stays with another reason (变更).",
        EntryOutcome.REMOVED: "It leaves the list (移出).",
    },
    name="RedBlackEntryOutcome",
)

__all__ = ["Colour", "EntryOutcome", "EntryState", "ListState", "Subject"]
