"""One form (一表申报): declared as data, compiled once, judged at every change.

`spec` says what a form is, `expr` is its rule language, `values` its types, `program` the compiled
form, `state` a form being filled, `entering` what typing means, `extract` what departments get.
"""
