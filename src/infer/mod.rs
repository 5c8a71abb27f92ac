//! Neural networks on the processor.
//!
//! In: the model folder and, for each run, a static input shape. Out: networks that map f32 tensors to f32 tensors.
//! Knows nothing of pages or text.
//!
//! The runtime is OpenVINO, loaded from the model folder when the first network is opened; one thread for each network:
//! a line of workers scales over processes.

mod cache;
mod models;
mod network;

pub use cache::root as cache_folder;
pub use models::{ModelError, ModelFolder, NetworkFile};
pub use network::{InferError, Network, Output, Precision};
