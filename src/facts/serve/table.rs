//! Servers that people start by hand: their options, and what they bind without them.

use super::Address;

/// A server, its options and what it does without them. An option in `elsewhere` says that it binds what is not read.
pub struct Server {
    /// As people call it.
    pub program: &'static str,
    /// One of these words must follow.
    pub command: &'static [&'static str],
    /// Options of the address.
    pub host: &'static [&'static str],
    /// Options of the port.
    pub port: &'static [&'static str],
    /// Options of both, `address:port`.
    pub both: &'static [&'static str],
    /// Options that say that it binds what is not read.
    pub elsewhere: &'static [&'static str],
    /// Variables of the address.
    pub host_variables: &'static [&'static str],
    /// Variables of the port.
    pub port_variables: &'static [&'static str],
    /// The port without any; 0 for none.
    pub default_port: u16,
    /// The address without any.
    pub default_address: Address,
    /// How one tells it to listen for others.
    pub advice: &'static str,
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
};

/// By their documentation: uvicorn.org/settings, docs.gunicorn.org/en/stable/settings.html (`bind`: with `PORT` set, all
/// addresses), hypercorn.readthedocs.io, github.com/django/daphne, flask.palletsprojects.com/en/stable/cli,
/// docs.djangoproject.com/en/stable/ref/django-admin (`runserver`), laravel's ServeCommand, php.net/manual
/// (features.commandline.webserver), fastapi.tiangolo.com/fastapi-cli, vite.dev/config/server-options,
/// nextjs.org/docs/app/api-reference/cli/next, docs.python.org/3/library/http.server, docs.streamlit.io,
/// docs.prefect.io/v3/api-ref/settings-ref, mkdocs.org/user-guide/cli, gohugo.io/commands/hugo_server,
/// docs.pylonsproject.org/projects/waitress (runner), mlflow.org/docs/latest/cli and mlflow/utils/cli_args.py,
/// vite.dev/config/preview-options, daphne/cli.py, rails' server_command.rb. What depends on a mode or a configuration is
/// `Other`: Vite, Angular, Rails, Jupyter, Redis and MongoDB.
pub const SERVERS: &[Server] = &[
    Server {
        program: "uvicorn",
        elsewhere: &["--uds", "--fd"],
        host_variables: &["UVICORN_HOST"],
        port_variables: &["UVICORN_PORT"],
        default_port: 8000,
        ..NONE
    },
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
    Server {
        program: "daphne",
        host: &["-b", "--bind"],
        port: &["-p", "--port"],
        elsewhere: &["-e", "--endpoint", "-u", "--unix-socket", "--fd"],
        default_port: 8000,
        advice: "-b 0.0.0.0",
        ..NONE
    },
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
    Server {
        program: "manage.py",
        command: &["runserver", "runserver_plus"],
        host: &[],
        port: &[],
        default_port: 8000,
        advice: "runserver 0.0.0.0:8000",
        ..NONE
    },
    Server {
        program: "artisan",
        command: &["serve"],
        host_variables: &["SERVER_HOST"],
        port_variables: &["SERVER_PORT"],
        default_port: 8000,
        ..NONE
    },
    Server {
        program: "php",
        host: &[],
        port: &[],
        both: &["-S"],
        default_address: Address::Other,
        advice: "-S 0.0.0.0:8000",
        ..NONE
    },
    Server { program: "fastapi", command: &["dev"], default_port: 8000, ..NONE },
    Server { program: "fastapi", command: &["run"], default_port: 8000, default_address: Address::All, ..NONE },
    Server {
        program: "vite",
        command: &["preview"],
        elsewhere: &["--config", "-c"],
        default_port: 4173,
        default_address: Address::Other,
        ..NONE
    },
    Server {
        program: "vite",
        elsewhere: &["--config", "-c", "build"],
        default_port: 5173,
        default_address: Address::Other,
        ..NONE
    },
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
    Server { program: "ng", command: &["serve"], default_port: 4200, default_address: Address::Other, ..NONE },
    Server {
        program: "http.server",
        host: &["-b", "--bind"],
        port: &[],
        default_port: 8000,
        default_address: Address::All,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
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
    Server {
        program: "prefect",
        command: &["server"],
        host_variables: &["PREFECT_SERVER_API_HOST"],
        port_variables: &["PREFECT_SERVER_API_PORT"],
        default_port: 4200,
        ..NONE
    },
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
    Server {
        program: "hugo",
        command: &["server", "serve"],
        host: &["--bind"],
        port: &["-p", "--port"],
        default_port: 1313,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
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
    Server {
        program: "waitress-serve",
        both: &["--listen"],
        elsewhere: &["--unix-socket"],
        default_port: 8080,
        default_address: Address::All,
        ..NONE
    },
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
    Server {
        program: "jupyter",
        command: &["lab", "notebook", "server"],
        host: &["--ip", "--ServerApp.ip", "--NotebookApp.ip"],
        port: &["--port", "--ServerApp.port"],
        default_port: 8888,
        default_address: Address::Other,
        advice: "--ip 0.0.0.0",
        ..NONE
    },
    Server {
        program: "redis-server",
        host: &["--bind"],
        default_port: 6379,
        default_address: Address::Other,
        advice: "--bind 0.0.0.0",
        ..NONE
    },
    Server {
        program: "mongod",
        host: &["--bind_ip"],
        elsewhere: &["-f", "--config"],
        default_port: 27017,
        default_address: Address::Other,
        advice: "--bind_ip_all",
        ..NONE
    },
];
