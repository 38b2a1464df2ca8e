"""Rating cycles (评定周期): a division rates the projects or companies in it by a published scheme, hears objections
and publishes what came out.

cycle.py      the cycle, its states and what each discloses
case.py       what is rated (参评对象): applied for or nominated, with its self-assessment
progress.py   the steps of a cycle, and what each takes with it
"""
