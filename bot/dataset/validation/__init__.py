"""Whether a file may be sent to training: rules in tables, applied line by line.

`tables.py` lists every rule; a rule is a small function in one of the `..._rules.py` and a
sentence `finding_<rule>` in both languages. `scan.validate` applies them; it is imported with the
first file that has to be judged.
"""
