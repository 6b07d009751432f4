// Original file: proto/mmm.proto


export interface InfoRequest {
  'group'?: (string);
  'node'?: (string);
}

export interface InfoRequest__Output {
  'group': (string);
  'node': (string);
}
