//! Whole runs with a worker made of a thread.
