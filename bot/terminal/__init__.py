"""The workflow without Telegram: commands that print their results and end.

They print English, for the operator, but errors of a file or a provider in `LANGUAGE`.
"""
