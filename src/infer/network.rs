//! One network, compiled for this processor.

use std::marker::PhantomData;

use openvino::{CompiledModel, Core, DeviceType, Dimension, ElementType, InferRequest, PartialShape, PropertyKey};
use openvino::{RwPropertyKey, Shape, Tensor};

use super::cache::Slot;
use super::models::{self, ModelError, ModelFolder, NetworkFile};

/// The arithmetic of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits: every processor.
    F32,
    /// Products of 16-bit numbers, summed in 32 bits: nearly twice as fast where the processor has AVX512-BF16 or AMX.
    Bf16,
}

/// A network could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// The model folder.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The runtime's libraries cannot be loaded.
    #[error("failed to load the OpenVINO runtime: {0}")]
    Load(String),
    /// The runtime refused.
    #[error("OpenVINO: {0}")]
    Runtime(#[from] openvino::InferenceError),
}

impl From<openvino::SetupError> for InferError {
    fn from(error: openvino::SetupError) -> Self {
        Self::Load(error.to_string())
    }
}

/// A network, ready to run on one thread.
pub struct Network {
    request: InferRequest,
    // Must outlive the request.
    _compiled: CompiledModel,
}

/// What a network gave: numbers, row-major, and their shape. Lies in the network's own memory until its next run.
pub struct Output<'a> {
    tensor: Tensor,
    shape: Vec<usize>,
    network: PhantomData<&'a mut Network>,
}

impl Output<'_> {
    /// The sizes of its dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers.
    ///
    /// # Errors
    /// The runtime refused.
    pub fn values(&self) -> Result<&[f32], InferError> {
        Ok(self.tensor.get_data::<f32>()?)
    }
}

impl Network {
    /// Opens a network in the fastest precision that this processor has. `shape` is `[batch, channels, height, width]`;
    /// `None` leaves a side open: such a network takes any size, runs 5 to 40 % slower, and spends some 15 ms on the
    /// first picture of each new size instead of 100 to 700 ms for compiling a network of that size (measured on an AMD
    /// EPYC of the Zen 4 generation).
    ///
    /// # Errors
    /// The folder is not whole, or the runtime cannot be loaded or refuses the shape.
    pub fn open(models: &ModelFolder, file: NetworkFile, shape: [Option<u32>; 4]) -> Result<Self, InferError> {
        Self::open_in(models, file, shape, None)
    }

    /// The same in the given precision, or with `None` in the fastest.
    ///
    /// # Errors
    /// As [`Network::open`].
    pub fn open_in(
        models: &ModelFolder,
        file: NetworkFile,
        shape: [Option<u32>; 4],
        precision: Option<Precision>,
    ) -> Result<Self, InferError> {
        openvino_sys::library::load_from(models.runtime_library()).map_err(InferError::Load)?;
        let mut core = Core::new()?;
        let precision = match precision {
            Some(precision) => precision,
            None => fastest(&core)?,
        };
        let processor = core.get_property(&DeviceType::CPU, &PropertyKey::DeviceFullName)?;
        let slot = Slot::of(&format!(
            "{:?} {shape:?} {precision:?} {processor} {}",
            models::digest(file),
            openvino::version().build_number
        ));
        configure(&mut core, precision, &slot)?;

        let mut model = core.read_model_from_buffer(&models.network(file)?, None)?;
        let dimensions = shape.map(|side| match side {
            Some(side) => Dimension::new(i64::from(side), i64::from(side)),
            None => Dimension::new(-1, -1),
        });
        model.reshape_single_input(&PartialShape::new(dimensions.len() as i64, &dimensions)?)?;
        let mut compiled = core.compile_model(&model, DeviceType::CPU)?;
        slot.seal();
        Ok(Self { request: compiled.create_infer_request()?, _compiled: compiled })
    }

    /// Runs the network on one picture of `[1, 1, height, width]`, row-major, which `fill` writes.
    ///
    /// # Errors
    /// The size does not fit the network, or the runtime failed.
    pub fn run(
        &mut self,
        (width, height): (u32, u32),
        fill: impl FnOnce(&mut [f32]),
    ) -> Result<Output<'_>, InferError> {
        let shape = Shape::new(&[1, 1, i64::from(height), i64::from(width)])?;
        let mut input = Tensor::new(ElementType::F32, &shape)?;
        fill(input.get_data_mut::<f32>()?);
        self.request.set_input_tensor(&input)?;
        self.request.infer()?;
        let tensor = self.request.get_output_tensor()?;
        let shape = tensor.get_shape()?.get_dimensions().iter().map(|&side| side.max(0) as usize).collect();
        Ok(Output { tensor, shape, network: PhantomData })
    }
}

/// bf16 where the runtime says that the processor has it: measured on AMD Zen 4 (AVX512-BF16) 6.5 instead of 11 ms for a
/// line of 48 by 1024, 37 instead of 63 ms for detection at 672 by 960; on Intel with AMX the gap is wider.
fn fastest(core: &Core) -> Result<Precision, InferError> {
    let capabilities = core.get_property(&DeviceType::CPU, &PropertyKey::DeviceCapabilities)?;
    Ok(if capabilities.split_whitespace().any(|name| name == "BF16") { Precision::Bf16 } else { Precision::F32 })
}

fn configure(core: &mut Core, precision: Precision, slot: &Slot) -> Result<(), InferError> {
    use RwPropertyKey::{CacheDir, HintEnableCpuPinning, HintInferencePrecision, InferenceNumThreads, NumStreams};
    let precision = match precision {
        Precision::F32 => "f32",
        Precision::Bf16 => "bf16",
    };
    let settings = [
        (InferenceNumThreads, "1"),
        (NumStreams, "1"),
        // Workers are processes: pinned, all of them would share the first core.
        (HintEnableCpuPinning, "NO"),
        (HintInferencePrecision, precision),
    ];
    core.set_properties(&DeviceType::CPU, settings)?;
    if let Some(folder) = slot.folder().and_then(|folder| folder.to_str()) {
        core.set_property(&DeviceType::CPU, &CacheDir, folder)?;
    }
    Ok(())
}
