#: sockets of every kind to the host, its cloud and its LAN
require 'socket'
got = []
%w[169.254.169.254 172.17.0.1 192.168.1.1 1.1.1.1 @HOSTS@].flat_map(&:split).each do |host|
  [80, 2375, @PORT@].each do |port|
    begin
      Socket.tcp(host, port, connect_timeout: 1) { got << "#{host}:#{port}" }
    rescue SystemCallError
      nil
    end
  end
end
%w[/var/run/docker.sock /run/containerd/containerd.sock].each do |path|
  begin
    UNIXSocket.new(path)
    got << path
  rescue SystemCallError
    nil
  end
end
puts(got.empty? ? 'held' : got)
