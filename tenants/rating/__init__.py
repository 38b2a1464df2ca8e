"""Rating cycles (评定周期): a division rates the projects or companies in it by a published scheme, hears objections
and publishes what came out.

cycle.py      the cycle, its states and what each discloses
case.py       what is rated (参评对象): applied for or nominated, with its self-assessment
sheet.py      scores as they come in: evaluators, their sheets, and peers' anonymous reviews
inputs.py     what a case is scored from
result.py     what the scheme makes of them, in editions that never change
coverage.py  who takes part, and how much is entered, while it runs
objection.py  objections in publicity, and corrections
publication.py  what everybody reads
bulletin.py   what is announced of a published cycle
report.py     R-09
what_if.py    a scored cycle scored by another document
progress.py   the steps of a cycle, and what each takes with it
"""
