//! Neural networks on the processor.
//!
//! In: a model file of the model folder and a static input shape. Out: a compiled network that maps f32 tensors to f32
//! tensors. Knows nothing of pages or text.
