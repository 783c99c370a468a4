enum SocketThreadPlaceholder {}
