# `ci/release/pack.py formula` writes the version and the digests of a release.
class Plimsoll < Formula
  desc "Linter and static analyzer for Docker Compose projects"
  homepage "https://github.com/plimsoll-lint/plimsoll"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/plimsoll-lint/plimsoll/releases/download/v@VERSION@/plimsoll-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256 plimsoll-aarch64-apple-darwin.tar.gz@"
    end
    on_intel do
      url "https://github.com/plimsoll-lint/plimsoll/releases/download/v@VERSION@/plimsoll-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256 plimsoll-x86_64-apple-darwin.tar.gz@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/plimsoll-lint/plimsoll/releases/download/v@VERSION@/plimsoll-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 plimsoll-aarch64-unknown-linux-gnu.tar.gz@"
    end
    on_intel do
      url "https://github.com/plimsoll-lint/plimsoll/releases/download/v@VERSION@/plimsoll-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 plimsoll-x86_64-unknown-linux-gnu.tar.gz@"
    end
  end

  def install
    bin.install "plimsoll"
    (lib/"docker/cli-plugins").install_symlink bin/"plimsoll" => "docker-plimsoll"
    generate_completions_from_executable(bin/"plimsoll", "completions")
    (man1/"plimsoll.1").write Utils.safe_popen_read(bin/"plimsoll", "man")
  end

  test do
    (testpath/"compose.yaml").write <<~YAML
      services:
        db:
          image: postgres:17
          ports: ["5432:5432"]
    YAML
    assert_match "exposed-datastore", shell_output("#{bin}/plimsoll check compose.yaml", 1)
  end
end
