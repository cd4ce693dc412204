"""Tools for those who write lectures: a skeleton to start from, the rules that a lecture keeps, a formatter."""
