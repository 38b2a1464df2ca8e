"""Sample data: lifelike, plainly invented, the same for the same seed, and written under row-level security.

Names of companies say 示例 (sample), people are called by the sexagenary cycle (王甲子), telephone numbers are
extensions. `load` and `load_province` fill a database for measurements; `load_demo` makes the fixed world of
`linli demo`.
"""

from tenants.sample.company import Loaded, load
from tenants.sample.demo import Demo, load_demo
from tenants.sample.province import load_province

__all__ = ["Demo", "Loaded", "load", "load_demo", "load_province"]
