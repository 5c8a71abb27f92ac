//! Stacks of letters and forms, made up: how well content separates them.
