"""Edits of the networks' ONNX graphs, so that one thread reads a page sooner: pure functions from model to model.

Every function changes the model it is given. The numbers of a network are kept as they are (f32); only what no reader
of German scans needs is left out: two of three equal colour channels, six thousand classes, a softmax.
"""

import numpy as np
import onnx
from onnx import numpy_helper

# The networks expect colours scaled and shifted as those of ImageNet; a grey page has three times the same value.
# Grey goes in as (grey / 255 - GREY_MEAN) / GREY_STD; the fold below makes up for the difference of each channel.
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406])
IMAGENET_STD = np.array([0.229, 0.224, 0.225])
GREY_MEAN, GREY_STD = 0.449, 0.226

# Beyond Latin-1 and Latin Extended-A (0x20 to 0x17f): signs that stand on German paper.
SIGNS = set(
    "ẞ€„“”‚‘’–—•…‰′″™†‡‐‑−≤≥≈≠±×÷²³¹°µμΩαβγδ√∅→←↑↓□■☐☑☒✓✗✔½¼¾⅓⅔⁄№‹›«»·§¶©®¢£¥ﬁﬂ"
)


def is_kept(symbol):
    """Whether a class of the recogniser's alphabet is read: Latin letters, digits, signs and the blank."""
    return symbol == " " or (len(symbol) == 1 and (0x20 < ord(symbol) < 0x180 or symbol in SIGNS))


def initialisers(model):
    return {tensor.name: tensor for tensor in model.graph.initializer}


def set_initialiser(model, name, values):
    initialisers(model)[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))


def tidy(model):
    """Makes constants initialisers and drops the identities that the converter left."""
    alias, nodes = {}, []
    outputs = {output.name for output in model.graph.output}
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            tensor = onnx.TensorProto()
            tensor.CopyFrom(node.attribute[0].t)
            tensor.name = node.output[0]
            model.graph.initializer.append(tensor)
        elif node.op_type == "Identity" and node.output[0] not in outputs:
            alias[node.output[0]] = alias.get(node.input[0], node.input[0])
        else:
            nodes.append(node)
    for node in nodes:
        for i, name in enumerate(node.input):
            node.input[i] = alias.get(name, name)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def first_convolution(model):
    """The one node that sees the picture."""
    source = model.graph.input[0].name
    readers = [node for node in model.graph.node if source in node.input]
    if len(readers) != 1 or readers[0].op_type != "Conv":
        raise ValueError("the picture does not enter through one convolution")
    return readers[0]


def fold_equal_channels(model):
    """One channel in, for a network whose three channels got the same value on the same scale."""
    conv = first_convolution(model)
    weights = numpy_helper.to_array(initialisers(model)[conv.input[1]])
    set_initialiser(model, conv.input[1], weights.sum(axis=1, keepdims=True))
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1


def fold_imagenet_channels(model):
    """One channel in, (grey / 255 - GREY_MEAN) / GREY_STD, for a network that expects ImageNet's scale of colours.

    Differs from the original only in the outermost pixels, where the picture is padded with zeros: there the channels'
    shifts cannot be made up for.
    """
    conv = first_convolution(model)
    weights = numpy_helper.to_array(initialisers(model)[conv.input[1]]).astype(np.float64)
    scale, shift = GREY_STD / IMAGENET_STD, (GREY_MEAN - IMAGENET_MEAN) / IMAGENET_STD
    set_initialiser(model, conv.input[1], np.einsum("ocyx,c->oyx", weights, scale)[:, None])
    bias = np.einsum("ocyx,c->o", weights, shift)
    if len(conv.input) > 2:
        set_initialiser(model, conv.input[2], numpy_helper.to_array(initialisers(model)[conv.input[2]]) + bias)
    else:
        name = conv.input[1] + "_grey_bias"
        model.graph.initializer.append(numpy_helper.from_array(bias.astype(np.float32), name))
        conv.input.append(name)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1


def drop_softmax(model):
    """Scores out instead of probabilities: the reader needs the best class of each step and a log-sum-exp."""
    last = model.graph.node[-1]
    if last.op_type != "Softmax" or last.output[0] != model.graph.output[0].name:
        raise ValueError("the network does not end in a softmax")
    model.graph.node.remove(last)
    model.graph.output[0].name = last.input[0]
    del model.graph.output[0].type.tensor_type.shape.dim[:]


def keep_classes(model, alphabet):
    """Cuts the last layer down to the classes that are kept; gives their symbols, class 0 (nothing) as ''.

    `alphabet` holds the symbols of all classes. The softmax must have been dropped.
    """
    tensors = initialisers(model)
    add = next(node for node in model.graph.node if node.output[0] == model.graph.output[0].name)
    matmul = next(node for node in model.graph.node if node.op_type == "MatMul" and node.output[0] in add.input)
    weights_name = next(name for name in matmul.input if name in tensors)
    bias_name = next(name for name in add.input if name in tensors)
    weights, bias = (numpy_helper.to_array(tensors[name]) for name in (weights_name, bias_name))
    if weights.shape[1] != len(alphabet):
        raise ValueError(f"{weights.shape[1]} classes, {len(alphabet)} symbols")
    kept = [0] + [i for i, symbol in enumerate(alphabet) if i > 0 and is_kept(symbol)]
    set_initialiser(model, weights_name, weights[:, kept])
    set_initialiser(model, bias_name, bias[kept])
    return [alphabet[i] for i in kept]


def serialise(model):
    """The model's bytes; the same for the same model."""
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)
