//! Servers that people start by hand: their options and default addresses.

use super::Address;

/// A server, its options and what it does without them. An option in `elsewhere` says that it binds what is not read.
pub(crate) struct Server {
    /// As people call it.
    pub(crate) program: &'static str,
    /// One of these words must follow.
    pub(crate) command: &'static [&'static str],
    /// Options of the address.
    pub(crate) host: &'static [&'static str],
    /// Options of the port.
    pub(crate) port: &'static [&'static str],
    /// Options of both, `address:port`.
    pub(crate) both: &'static [&'static str],
    /// Options that say that it binds what is not read.
    pub(crate) elsewhere: &'static [&'static str],
    /// Variables of the address.
    pub(crate) host_variables: &'static [&'static str],
    /// Variables of the port.
    pub(crate) port_variables: &'static [&'static str],
    /// The port without any; 0 for none.
    pub(crate) default_port: u16,
    /// The address without any.
    pub(crate) default_address: Address,
    /// How one tells it to listen for others.
    pub(crate) advice: &'static str,
    /// Whether it has its usual port unless an option or a configuration that the command names says otherwise.
    pub(crate) settled: bool,
}

const NONE: Server = Server {
    program: "",
    command: &[],
    host: &["--host"],
    port: &["--port"],
    both: &[],
    elsewhere: &[],
    host_variables: &[],
    port_variables: &[],
    default_port: 0,
    default_address: Address::Loopback,
    advice: "--host 0.0.0.0",
    settled: false,
};

/// Each entry names where its options, variables and defaults are from. What depends on a mode or on a configuration
/// that may not be here is `Other`.
pub(crate) const SERVERS: &[Server] = &[
    // uvicorn/main.py: click with the prefix `UVICORN` for variables; uvicorn.org/settings.
    Server {
        program: "uvicorn",
        elsewhere: &["--uds", "--fd"],
        host_variables: &["UVICORN_HOST"],
        port_variables: &["UVICORN_PORT"],
        default_port: 8000,
        ..NONE
    },
    // gunicorn/config.py (`Bind`): with `PORT` set, all addresses; docs.gunicorn.org/en/stable/settings.html.
    Server {
        program: "gunicorn",
        host: &[],
        port: &[],
        both: &["-b", "--bind"],
        elsewhere: &["-c", "--config"],
        default_port: 8000,
        advice: "--bind 0.0.0.0:8000",
        ..NONE
    },
    // hypercorn/config.py, __main__.py.
    Server {
        program: "hypercorn",
        host: &[],
        port: &[],
        both: &["-b", "--bind"],
        elsewhere: &["-c", "--config", "--insecure-bind"],
        default_port: 8000,
        advice: "--bind 0.0.0.0:8000",
        ..NONE
    },
    // daphne/cli.py.
    Server {
        program: "daphne",
        host: &["-b", "--bind"],
        port: &["-p", "--port"],
        elsewhere: &["-e", "--endpoint", "-u", "--unix-socket", "--fd"],
        default_port: 8000,
        advice: "-b 0.0.0.0",
        ..NONE
    },
    // flask/cli.py (`run_command`, the prefix `FLASK` for variables); flask.palletsprojects.com/en/stable/cli.
    Server {
        program: "flask",
        command: &["run"],
        host: &["-h", "--host"],
        port: &["-p", "--port"],
        host_variables: &["FLASK_RUN_HOST"],
        port_variables: &["FLASK_RUN_PORT"],
        default_port: 5000,
        ..NONE
    },
    // django/core/management/commands/runserver.py.
    Server {
        program: "manage.py",
        command: &["runserver"],
        host: &[],
        port: &[],
        default_port: 8000,
        advice: "runserver 0.0.0.0:8000",
        ..NONE
    },
    // django_extensions/management/commands/runserver_plus.py: without an address the settings decide.
    Server {
        program: "manage.py",
        command: &["runserver_plus"],
        host: &[],
        port: &[],
        default_port: 8000,
        default_address: Address::Other,
        advice: "runserver_plus 0.0.0.0:8000",
        ..NONE
    },
    // Laravel's ServeCommand.php.
    Server {
        program: "artisan",
        command: &["serve"],
        host_variables: &["SERVER_HOST"],
        port_variables: &["SERVER_PORT"],
        default_port: 8000,
        ..NONE
    },
    // php.net/manual/en/features.commandline.webserver.php: the address is part of the option.
    Server {
        program: "php",
        host: &[],
        port: &[],
        both: &["-S"],
        default_address: Address::Other,
        advice: "-S 0.0.0.0:8000",
        ..NONE
    },
    // fastapi_cli/cli.py: `PORT` since 0.0.12.
    Server { program: "fastapi", command: &["dev"], port_variables: &["PORT"], default_port: 8000, ..NONE },
    Server {
        program: "fastapi",
        command: &["run"],
        port_variables: &["PORT"],
        default_port: 8000,
        default_address: Address::All,
        ..NONE
    },
    // vite.dev/config/preview-options, vite/src/node/constants.ts: localhost, unless the configuration says otherwise.
    Server {
        program: "vite",
        command: &["preview"],
        elsewhere: &["--config", "-c"],
        default_port: 4173,
        default_address: Address::Other,
        ..NONE
    },
    // vite.dev/config/server-options.
    Server {
        program: "vite",
        elsewhere: &["--config", "-c", "build"],
        default_port: 5173,
        default_address: Address::Other,
        ..NONE
    },
    // nextjs.org/docs/app/api-reference/cli/next.
    Server {
        program: "next",
        command: &["dev", "start"],
        host: &["-H", "--hostname"],
        port: &["-p", "--port"],
        port_variables: &["PORT"],
        default_port: 3000,
        default_address: Address::All,
        advice: "-H 0.0.0.0",
        ..NONE
    },
    // angular-cli's dev-server/schema.json: localhost, unless angular.json names another.
    Server { program: "ng", command: &["serve"], default_port: 4200, default_address: Address::Other, ..NONE },
    // docs.python.org/3/library/http.server.html.
    Server {
        program: "http.server",
        host: &["-b", "--bind"],
        port: &[],
        default_port: 8000,
        default_address: Address::All,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    // streamlit/config.py (`server.address` is not set by default).
    Server {
        program: "streamlit",
        command: &["run"],
        host: &["--server.address"],
        port: &["--server.port"],
        host_variables: &["STREAMLIT_SERVER_ADDRESS"],
        port_variables: &["STREAMLIT_SERVER_PORT"],
        default_port: 8501,
        default_address: Address::All,
        advice: "--server.address 0.0.0.0",
        ..NONE
    },
    // prefect/settings/models/server/api.py, prefect/cli/server.py.
    Server {
        program: "prefect",
        command: &["server"],
        host_variables: &["PREFECT_SERVER_API_HOST"],
        port_variables: &["PREFECT_SERVER_API_PORT"],
        default_port: 4200,
        ..NONE
    },
    // mkdocs/config/defaults.py (127.0.0.1:8000), __main__.py; mkdocs.yml may name another as `dev_addr`.
    Server {
        program: "mkdocs",
        command: &["serve"],
        host: &[],
        port: &[],
        both: &["-a", "--dev-addr"],
        elsewhere: &["-f", "--config-file"],
        default_port: 8000,
        default_address: Address::Other,
        advice: "-a 0.0.0.0:8000",
        ..NONE
    },
    // hugo's commands/server.go.
    Server {
        program: "hugo",
        command: &["server", "serve"],
        host: &["--bind"],
        port: &["-p", "--port"],
        default_port: 1313,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    // mlflow/utils/cli_args.py.
    Server {
        program: "mlflow",
        command: &["server", "ui"],
        host: &["-h", "--host"],
        port: &["-p", "--port"],
        host_variables: &["MLFLOW_HOST"],
        port_variables: &["MLFLOW_PORT"],
        default_port: 5000,
        ..NONE
    },
    // waitress/adjustments.py, docs/runner.rst.
    Server {
        program: "waitress-serve",
        both: &["--listen"],
        elsewhere: &["--unix-socket"],
        default_port: 8080,
        default_address: Address::All,
        ..NONE
    },
    // rails' server_command.rb: localhost in development, all addresses otherwise.
    Server {
        program: "rails",
        command: &["server", "s"],
        host: &["-b", "--binding"],
        port: &["-p", "--port"],
        host_variables: &["BINDING"],
        port_variables: &["PORT"],
        default_port: 3000,
        default_address: Address::Other,
        advice: "-b 0.0.0.0",
        ..NONE
    },
    // jupyter_server/serverapp.py: localhost, but the images of Jupyter have a configuration.
    Server {
        program: "jupyter",
        command: &["lab", "notebook", "server"],
        host: &["--ip", "--ServerApp.ip", "--NotebookApp.ip"],
        port: &["--port", "--ServerApp.port", "--NotebookApp.port"],
        port_variables: &["JUPYTER_PORT"],
        default_port: 8888,
        default_address: Address::Other,
        advice: "--ip 0.0.0.0",
        ..NONE
    },
    // redis/src/sentinel.c (`REDIS_SENTINEL_PORT`).
    Server {
        program: "redis-server",
        settled: true,
        command: &["--sentinel"],
        host: &["--bind"],
        default_port: 26379,
        default_address: Address::Other,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    // redis/src/server.h (`CONFIG_DEFAULT_BINDADDR`: all), src/config.c; redis.conf as it is shipped says 127.0.0.1.
    Server {
        program: "redis-server",
        settled: true,
        host: &["--bind"],
        default_port: 6379,
        default_address: Address::Other,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    // mongodb.com/docs/manual/reference/program/mongod: localhost, but the image's entrypoint adds `--bind_ip_all`.
    Server {
        program: "mongod",
        settled: true,
        command: &["--shardsvr"],
        host: &["--bind_ip"],
        elsewhere: &["-f", "--config"],
        default_port: 27018,
        default_address: Address::Other,
        advice: "--bind_ip_all",
        ..NONE
    },
    Server {
        program: "mongod",
        settled: true,
        command: &["--configsvr"],
        host: &["--bind_ip"],
        elsewhere: &["-f", "--config"],
        default_port: 27019,
        default_address: Address::Other,
        advice: "--bind_ip_all",
        ..NONE
    },
    Server {
        program: "mongod",
        settled: true,
        host: &["--bind_ip"],
        elsewhere: &["-f", "--config"],
        default_port: 27017,
        default_address: Address::Other,
        advice: "--bind_ip_all",
        ..NONE
    },
    // valkey/src/server.h, src/config.c; KeyDB likewise.
    Server {
        program: "valkey-server",
        settled: true,
        host: &["--bind"],
        default_port: 6379,
        default_address: Address::Other,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    Server {
        program: "keydb-server",
        settled: true,
        host: &["--bind"],
        default_port: 6379,
        default_address: Address::Other,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    // vllm/entrypoints/openai/cli_args.py: all addresses by default.
    Server {
        program: "vllm",
        command: &["serve"],
        elsewhere: &["--uds", "--config"],
        default_port: 8000,
        default_address: Address::All,
        ..NONE
    },
    // vllm/entrypoints/openai/api_server.py, as `python -m`.
    Server {
        program: "vllm.entrypoints.openai.api_server",
        elsewhere: &["--uds", "--config"],
        default_port: 8000,
        default_address: Address::All,
        ..NONE
    },
    // puma/lib/puma/cli.rs: `-b tcp://…` binds, `-p` on all addresses.
    Server {
        program: "puma",
        host: &[],
        port: &["-p", "--port"],
        elsewhere: &["-C", "--config", "-b", "--bind"],
        default_port: 9292,
        default_address: Address::Other,
        advice: "-b tcp://0.0.0.0",
        ..NONE
    },
    // rack's rackup: localhost in development.
    Server {
        program: "rackup",
        host: &["-o", "--host"],
        port: &["-p", "--port"],
        default_port: 9292,
        default_address: Address::Other,
        advice: "-o 0.0.0.0",
        ..NONE
    },
    // tensorboard/plugins/core/core_plugin.py: localhost unless `--bind_all`.
    Server { program: "tensorboard", elsewhere: &["--bind_all"], default_port: 6006, ..NONE },
    // nuxt.com/docs/api/commands/dev (`nuxi dev`): localhost.
    Server {
        program: "nuxt",
        command: &["dev"],
        host: &["--host", "-h"],
        port: &["--port", "-p"],
        host_variables: &["HOST", "NUXT_HOST", "NITRO_HOST"],
        port_variables: &["PORT", "NUXT_PORT", "NITRO_PORT"],
        default_port: 3000,
        default_address: Address::Other,
        ..NONE
    },
    // docs.astro.build/en/reference/cli-reference (`astro dev`): localhost.
    Server {
        program: "astro",
        command: &["dev", "preview"],
        elsewhere: &["--config"],
        default_port: 4321,
        default_address: Address::Other,
        ..NONE
    },
    // chromadb/cli (`run`): localhost.
    Server { program: "chroma", command: &["run"], default_port: 8000, ..NONE },
];
