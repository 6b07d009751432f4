// Original file: proto/mmm.proto


export interface RemoveMonitor {
  'name'?: (string);
}

export interface RemoveMonitor__Output {
  'name': (string);
}
