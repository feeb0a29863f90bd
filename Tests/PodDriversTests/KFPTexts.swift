import Model
import Pods

/// Commands as KFP's compiler writes them.
enum KFPTexts {
    /// Source: kfp 2.17.0, compiled `@dsl.component`.
    static let writer = """
        program_path=$(mktemp -d)

        printf "%s" "$0" > "$program_path/ephemeral_component.py"
        _KFP_RUNTIME=true python3 -m kfp.dsl.executor_main                         --component_module_path \
                                "$program_path/ephemeral_component.py"                         "$@"

        """

    /// Source: kfp 2.17.0; `install` is what stands between `python3 -m pip install` and the hand-over.
    static func bootstrap(_ install: String) -> String {
        """

        if ! [ -x "$(command -v pip)" ]; then
            python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
        fi

        PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location \(install) \
        && "$0" "$@"

        """
    }

    /// What kfp 2.17.0 installs for itself.
    static let kfp = "'kfp==2.17.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'"

    /// Source: kfp 2.17.0, the part of `use_venv=True` after the packages.
    static let ownEnvironment = """
        'six'  && \u{20}
        export PIP_DISABLE_PIP_VERSION_CHECK=1
        tmp=$(mktemp -d)
        python3 -m venv "$tmp/venv" --system-site-packages
        . "$tmp/venv/bin/activate"
         python3 -m pip install --quiet --no-warn-script-location \(kfp)
        """

    static func source(_ body: String) -> String {
        """

        import kfp
        from kfp import dsl
        from kfp.dsl import *
        from typing import *

        \(body)

        """
    }

    static func command(_ install: String, _ source: String) -> [String] {
        ["sh", "-c", bootstrap(install), "sh", "-ec", writer, source]
    }

    /// A component `add(a, b)` that also says where it ran, with its output in `outputs`.
    static func add(task: String, outputs: String, name: PodName) -> PodSpec {
        let input = """
            {"inputs":{"parameterValues":{"a":1.5,"b":2}},"outputs":{"parameters":{"Output":{"outputFile":\
            "\(outputs)/Output"}},"outputFile":"\(outputs)/executor_output.json"}}
            """
        let body = """
            def add(a: float, b: float) -> float:
                import sys
                print("prefix", sys.prefix)
                return a + b
            """
        return PodSpec(
            name: name,
            image: "python:3.11",
            command: command(kfp, source(body)),
            args: ["--executor_input", input, "--function_to_execute", "add"],
            outputPaths: ["\(outputs)/Output", "\(outputs)/executor_output.json"]
        )
    }
}
