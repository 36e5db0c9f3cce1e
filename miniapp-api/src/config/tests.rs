use super::*;

const GOOD: &str = "
[http]
listen = '127.0.0.1:8080'
[server]
url = 'https://server.example.com'
token = { env = 'PATH' }
[wechat]
appid = 'wx1'
secret = { env = 'PATH' }
";

fn outcome(text: &str) -> Result<MiniappSettings, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("miniapp-api.toml");
    std::fs::write(&path, text).unwrap();
    MiniappConfig::load(&path).and_then(|config| config.settings()).map_err(|error| error.to_string())
}

#[test]
fn a_short_file_is_enough_and_wechat_is_known() {
    let settings = outcome(GOOD).unwrap();
    assert_eq!(settings.wechat.base_url.as_str(), "https://api.weixin.qq.com/");
}

#[test]
fn the_example_file_is_complete_and_right() {
    let example = include_str!("../../miniapp-api.example.toml");
    let config: MiniappConfig = toml::from_str(example).unwrap();
    assert!(config.check_limits().is_ok() && config.check_origins().is_ok());
    assert!(address("server.url", &config.server.url).is_ok());
    for (section, fields) in [
        ("http", vec!["listen", "operations_listen", "allowed_origins", "trusted_proxies"]),
        ("server", vec!["url", "token", "ca_file"]),
        ("wechat", vec!["base_url", "appid", "secret"]),
        (
            "limits",
            vec![
                "sockets",
                "sockets_per_session",
                "log_ins_per_minute",
                "reservations_per_minute",
                "quotes_per_minute",
            ],
        ),
        ("log", vec!["format"]),
    ] {
        assert!(example.contains(&format!("[{section}]")));
        for field in fields {
            assert!(example.contains(&format!("{field} = ")), "{section}.{field} is not in the example");
        }
    }
}

#[test]
fn each_mistake_names_its_field() {
    let cases = [
        (GOOD.replace("https://server.example.com", "http://server.example.com"), "`server.url`"),
        (GOOD.replace("https://server.example.com", "server"), "`server.url`"),
        (GOOD.replace("https://server.example.com", "ftp://server"), "`server.url`"),
        (GOOD.replace("appid = 'wx1'", "appid = ' '"), "`wechat.appid`"),
        (GOOD.replace("appid = 'wx1'", ""), "`wechat.appid`"),
        (GOOD.replace("127.0.0.1:8080", "here"), "`http.listen`"),
        (GOOD.replace("[server]", "trusted_proxies = ['x/8']\n[server]"), "`http.trusted_proxies[0]`"),
        (
            GOOD.replace("[server]", "allowed_origins = ['https://a.b/c']\n[server]"),
            "`http.allowed_origins[0]`",
        ),
        (GOOD.replace("[server]", "colour = 1\n[server]"), "`http.colour`"),
        (GOOD.replace("{ env = 'PATH' }", "{ env = 'NO_SUCH_NAME' }"), "`server.token`"),
        (format!("{GOOD}\n[limits]\nsockets = 0\n"), "`limits.sockets`"),
    ];
    for (text, field) in cases {
        let message = outcome(&text).unwrap_err();
        assert!(message.contains(field), "{message}");
    }
}

#[test]
fn clear_text_stays_on_this_machine() {
    for good in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://x"] {
        assert!(address("server.url", good).is_ok(), "{good}");
    }
    for bad in ["http://10.0.0.1", "http://localhost.example.com", "http://x"] {
        assert!(address("server.url", bad).is_err(), "{bad}");
    }
}
