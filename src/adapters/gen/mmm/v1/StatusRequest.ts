// Original file: proto/mmm.proto


export interface StatusRequest {
}

export interface StatusRequest__Output {
}
