//! Finished documents in, a receipt out. One file for each kind of target.
