// Original file: proto/mmm.proto


export interface DoctorAnswer {
  'json'?: (string);
}

export interface DoctorAnswer__Output {
  'json': (string);
}
