"""Importing what companies and regulators keep in spreadsheets: all problems of all rows, then everything or nothing.

A dry run does all that the import does, in a transaction that is undone. Importing a file again adds nothing.
"""

from tenants.importing.divisions import import_divisions
from tenants.importing.hotline import import_hotline
from tenants.importing.projects import import_projects
from tenants.importing.report import Report
from tenants.importing.staff import import_staff

__all__ = ["Report", "import_divisions", "import_hotline", "import_projects", "import_staff"]
