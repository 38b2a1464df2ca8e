"""Red and black lists (红黑榜): a regulator prepares one of companies, projects or project leads, with a reason and a
ground for each; publicises it, hears objections, and publishes what stands.

As published in practice (武汉 2020: a preliminary list, objections, the final list). Whoever prepares decides nothing.
An entry is the company's row; a published list is the registry's, is never changed, and gives way to a later edition.
"""
