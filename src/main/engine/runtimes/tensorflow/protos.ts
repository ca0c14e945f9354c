import protobuf from 'protobufjs'

const mapField = (type: string, id: number): protobuf.IMapField => ({ keyType: 'string', type, id })

/**
 * The parts of TensorFlow's protocol buffers that an authored SavedModel uses, and those that say what another's computes
 * (tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, tensor_bundle.proto; tensorflow/core/framework/graph.proto,
 * node_def.proto, function.proto, op_def.proto, attr_value.proto, tensor.proto).
 */
const descriptor: protobuf.INamespace = {
  nested: {
    SavedModel: {
      fields: {
        savedModelSchemaVersion: { type: 'int64', id: 1 },
        metaGraphs: { rule: 'repeated', type: 'MetaGraphDef', id: 2 },
      },
    },
    MetaGraphDef: {
      fields: {
        metaInfoDef: { type: 'MetaInfoDef', id: 1 },
        graphDef: { type: 'GraphDef', id: 2 },
        signatureDef: mapField('SignatureDef', 5),
      },
    },
    MetaInfoDef: {
      fields: {
        tags: { rule: 'repeated', type: 'string', id: 4 },
        tensorflowVersion: { type: 'string', id: 5 },
      },
    },
    SignatureDef: {
      fields: {
        inputs: mapField('TensorInfo', 1),
        outputs: mapField('TensorInfo', 2),
        methodName: { type: 'string', id: 3 },
      },
    },
    TensorInfo: {
      fields: {
        name: { type: 'string', id: 1 },
        dtype: { type: 'int32', id: 2 },
        tensorShape: { type: 'TensorShape', id: 3 },
      },
    },
    GraphDef: {
      fields: {
        node: { rule: 'repeated', type: 'NodeDef', id: 1 },
        library: { type: 'FunctionLibrary', id: 2 },
        versions: { type: 'VersionDef', id: 4 },
      },
    },
    FunctionLibrary: { fields: { function: { rule: 'repeated', type: 'FunctionDef', id: 1 } } },
    FunctionDef: {
      fields: {
        signature: { type: 'OpDef', id: 1 },
        node: { rule: 'repeated', type: 'NodeDef', id: 3 },
        ret: { keyType: 'string', type: 'string', id: 4 } as protobuf.IMapField,
      },
    },
    OpDef: {
      fields: {
        name: { type: 'string', id: 1 },
        inputArg: { rule: 'repeated', type: 'ArgDef', id: 2 },
        outputArg: { rule: 'repeated', type: 'ArgDef', id: 3 },
      },
    },
    ArgDef: { fields: { name: { type: 'string', id: 1 } } },
    BundleHeader: { fields: { shards: { type: 'int32', id: 1 }, endianness: { type: 'int32', id: 2 } } },
    BundleEntry: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShape', id: 2 },
        shard: { type: 'int32', id: 3 },
        offset: { type: 'int64', id: 4 },
        size: { type: 'int64', id: 5 },
        slices: { rule: 'repeated', type: 'bytes', id: 7 },
      },
    },
    VersionDef: { fields: { producer: { type: 'int32', id: 1 } } },
    NodeDef: {
      fields: {
        name: { type: 'string', id: 1 },
        op: { type: 'string', id: 2 },
        input: { rule: 'repeated', type: 'string', id: 3 },
        device: { type: 'string', id: 4 },
        attr: mapField('AttrValue', 5),
      },
    },
    AttrValue: {
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'func'] } },
      fields: {
        list: { type: 'ListValue', id: 1 },
        s: { type: 'bytes', id: 2 },
        i: { type: 'int64', id: 3 },
        f: { type: 'float', id: 4 },
        b: { type: 'bool', id: 5 },
        type: { type: 'int32', id: 6 },
        shape: { type: 'TensorShape', id: 7 },
        tensor: { type: 'Tensor', id: 8 },
        func: { type: 'NameAttrList', id: 10 },
      },
    },
    NameAttrList: { fields: { name: { type: 'string', id: 1 } } },
    ListValue: { fields: { i: { rule: 'repeated', type: 'int64', id: 3 } } },
    TensorShape: { fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } } },
    Dim: { fields: { size: { type: 'int64', id: 1 } } },
    Tensor: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShape', id: 2 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5 },
        doubleVal: { rule: 'repeated', type: 'double', id: 6 },
        intVal: { rule: 'repeated', type: 'int32', id: 7 },
        stringVal: { rule: 'repeated', type: 'bytes', id: 8 },
        int64Val: { rule: 'repeated', type: 'int64', id: 10 },
        boolVal: { rule: 'repeated', type: 'bool', id: 11 },
        halfVal: { rule: 'repeated', type: 'int32', id: 13 },
      },
    },
  },
}

const root = protobuf.Root.fromJSON(descriptor)

export const SavedModelProto = root.lookupType('SavedModel')
export const BundleHeaderProto = root.lookupType('BundleHeader')
export const BundleEntryProto = root.lookupType('BundleEntry')

/** types.proto */
export const tensorflowTypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int8: 6,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  float16: 19,
  resource: 20,
} as const
