// Original file: proto/mmm.proto


export interface DoctorRequest {
  'group'?: (string);
  'node'?: (string);
  'alone'?: (boolean);
}

export interface DoctorRequest__Output {
  'group': (string);
  'node': (string);
  'alone': (boolean);
}
