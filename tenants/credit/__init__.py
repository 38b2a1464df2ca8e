"""Credit (信用) of property companies and of their project leads: records with due process, and scores that explain
themselves.

Social-credit ordinances, the provinces' credit rules for property companies, and NDRC Order 36 on credit repair
(信用修复管理办法, in force 2026-04-01). A regulator decides; what it decides is the company's row, written in the
company's name. Which points an item has and what a score means is a scheme's; terms and clocks are division settings.
"""
