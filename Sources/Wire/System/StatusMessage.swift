import Model

/// A reason as `google.rpc.Status`, which is how KFP shows errors of runs and tasks.
func status(of reason: Reason) -> JSONValue {
    message(["code": .number(Double(grpcCode(of: reason.code))), "message": .string(reason.message)])
}

/// Reads a `google.rpc.Status`; it has no room for our code, so only the sentence comes back.
func reason(ofStatus json: JSONValue) -> Reason {
    Reason(Reason.Code(rawValue: ""), json["message"]?.string ?? "")
}

/// One entry of a state history. Source: KFP v2beta1 `RuntimeStatus`.
func runtimeStatus(at instant: Instant, _ state: String, _ reason: Reason?) -> JSONValue {
    message(["update_time": instant.wire, "state": .string(state), "error": reason.map(status(of:))])
}

/// Source: google.rpc.Code.
private func grpcCode(of code: Reason.Code) -> Int {
    switch code {
    case .terminated: 1
    case .runInvalid, .inputResolutionFailed: 3
    case .podLost: 14
    default: 2
    }
}
