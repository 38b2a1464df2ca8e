"""Satisfaction surveys (满意度问卷): a regulator asks households of an estate, drawn by lot, who answer without a name.

The sample is the one of the townships' quarterly assessment (25 residents; the setting SATISFACTION_SAMPLE_MIN). Only a
drawn household can answer, once: likes and votes of whoever passes by may not feed a score (国办函〔2026〕12号).

What is kept. The list of households is not: `draw` takes it, draws, and keeps its size, its digest and the seed, by
which anybody who has the list draws the same again. Only the households drawn and the reserves are rows (`SurveySlip`),
until the survey is closed; then they are erased. A link is shown once, to whoever draws; of its token only the SHA-256
is kept.

Why no answer leads to a household. There is no row for an answer. It is added to the tally of its survey: how often
each score was given to each question, and the comments in alphabetical order, apart from the scores. The tally has no
time and no version; the slip says that it was answered and not when. Neither is journalled, and the log line of a
request names neither address nor link. While a survey is open the tally has one row version, written by whoever
answered last, so the order of writing (xmin, ctid) shows who that was and nothing of what was said. No role of the
server reads a tally but for adding to it and for closing the survey, and no figure is given before that, so that no two
figures can be subtracted. At the close the tally goes over into the survey's figures in one transaction.

What the company is not told. A survey and its slips are rows of the regulator, not of the company, which reads of them
what is published: an entry in its access log would tell it that a survey of its estate runs, and the list of slips whom
to visit before they answer. So its front desk (前台) may carry the folded slips that the regulator gives it, and has no
right here for that.

What remains. Whoever reads the disk of an open survey (PostgreSQL's dead row versions until they are vacuumed, the
write-ahead log, a backup of each moment) can compare one tally with the next, and so can an administrator of the
database who looks before and after each answer. Whoever holds the links before they are handed out could answer in the
households' place: that is what the paper slips, folded and handed out by somebody else, are for. When all households
say the same, it is known what each said. A comment tells what its writer puts into it.
"""

from tenants.survey.conduct import NewSurvey, close, draw_sample, publish, renew_link, replace_household, set_up
from tenants.survey.link import Link
from tenants.survey.question import NewQuestion, Question
from tenants.survey.result import asked, entries, entry
from tenants.survey.tables import SlipState, Survey, SurveySlip, SurveyState, SurveyTally

__all__ = [
    "Link",
    "NewQuestion",
    "NewSurvey",
    "Question",
    "SlipState",
    "Survey",
    "SurveySlip",
    "SurveyState",
    "SurveyTally",
    "asked",
    "close",
    "draw_sample",
    "entries",
    "entry",
    "publish",
    "renew_link",
    "replace_household",
    "set_up",
]
